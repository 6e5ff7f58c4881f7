package io.adit.libp2p;

/**
 * Serves the inbound streams of one protocol, each call on its own virtual thread. When it returns the stream is
 * closed; when it throws the stream is reset.
 */
@FunctionalInterface
public interface StreamHandler {
    // An exception of any kind is the handler's way to refuse; the host logs it and resets the stream.
    void handle(Stream stream) throws Exception;
}
