package io.adit.libp2p.mux;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;

/** One stream of a session, before and after a protocol is agreed on. Reading and writing block. */
public interface MuxedStream {
    /** Its number within the session, for logs. */
    long number();

    void setReadDeadline(Deadline deadline);

    void setWriteDeadline(Deadline deadline);

    /** See {@link io.adit.libp2p.Stream#read}. */
    int read(byte[] target, int offset, int length) throws Libp2pException;

    /** See {@link io.adit.libp2p.Stream#write}. */
    void write(byte[] source, int offset, int length) throws Libp2pException;

    /** See {@link io.adit.libp2p.Stream#closeWrite}. */
    void closeWrite();

    /** See {@link io.adit.libp2p.Stream#close}. */
    void close();

    /** See {@link io.adit.libp2p.Stream#reset}. */
    void reset();

    /** An inbound stream has agreed on a protocol, or failed to. Once for each inbound stream. */
    void negotiated();

    /** The handler of an inbound stream has returned. Once for each inbound stream. */
    void served();
}
