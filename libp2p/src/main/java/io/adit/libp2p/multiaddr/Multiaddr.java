package io.adit.libp2p.multiaddr;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Varint;
import io.adit.libp2p.wire.WireReader;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A network address as a list of components, for example {@code /ip4/192.0.2.1/tcp/24001/p2p/12D3Koo…}. */
public final class Multiaddr {
    /** Longest binary form read; text is held to four times as many characters. */
    public static final int MAX_BYTES = 1024;

    private static final int MAX_TEXT = 4 * MAX_BYTES;

    private final List<Component> components;
    private final byte[] bytes;

    /** One step of an address, its value in text form (empty for protocols without one). */
    public record Component(MultiaddrProtocol protocol, String value) {
        @Override
        public String toString() {
            return "/" + protocol + (value.isEmpty() ? "" : "/" + value);
        }
    }

    private Multiaddr(List<Component> components, byte[] bytes) {
        this.components = List.copyOf(components);
        this.bytes = bytes;
    }

    /** @throws MalformedWireException if the text is no multiaddr of known protocols, or longer than 4096 characters */
    public static Multiaddr parse(String text) {
        if (text.length() > MAX_TEXT) {
            throw new MalformedWireException("multiaddr is longer than " + MAX_TEXT + " characters");
        }
        if (!text.startsWith("/")) {
            throw new MalformedWireException("multiaddr must start with a slash");
        }
        var parts = text.substring(1).split("/", -1);
        var components = new ArrayList<Component>();
        for (var index = 0; index < parts.length; index++) {
            if (parts[index].isEmpty() && index == parts.length - 1 && index > 0) {
                break;
            }
            var protocol = MultiaddrProtocol.named(parts[index]);
            if (protocol.value() == ComponentValue.NONE) {
                components.add(new Component(protocol, ""));
                continue;
            }
            if (++index == parts.length) {
                throw new MalformedWireException("multiaddr ends where /" + protocol + " needs a value");
            }
            var value = protocol.value().parse(parts[index]);
            components.add(new Component(protocol, protocol.value().format(value)));
        }
        return of(components);
    }

    /** @throws MalformedWireException if the bytes are no multiaddr of known protocols, or more than 1024 */
    public static Multiaddr fromBytes(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new MalformedWireException("multiaddr is longer than " + MAX_BYTES + " bytes");
        }
        var reader = new WireReader(bytes);
        var components = new ArrayList<Component>();
        while (reader.hasRemaining()) {
            var protocol = MultiaddrProtocol.numbered(reader.varint());
            var shape = protocol.value();
            var value = shape.checked(reader.bytes(shape.hasFixedLength() ? shape.fixedLength() : reader.varint()));
            components.add(new Component(protocol, shape.format(value)));
        }
        return of(components);
    }

    private static Multiaddr of(List<Component> components) {
        if (components.isEmpty()) {
            throw new MalformedWireException("multiaddr is empty");
        }
        var out = new ByteArrayOutputStream();
        for (var component : components) {
            var shape = component.protocol().value();
            Varint.write(out, component.protocol().code());
            if (shape == ComponentValue.NONE) {
                continue;
            }
            var value = shape.parse(component.value());
            if (!shape.hasFixedLength()) {
                Varint.write(out, value.length);
            }
            out.writeBytes(value);
        }
        if (out.size() > MAX_BYTES) {
            throw new MalformedWireException("multiaddr is longer than " + MAX_BYTES + " bytes");
        }
        return new Multiaddr(components, out.toByteArray());
    }

    public List<Component> components() {
        return components;
    }

    /** Value of the first component of this protocol. */
    public Optional<String> value(MultiaddrProtocol protocol) {
        return components.stream()
                .filter(component -> component.protocol() == protocol)
                .map(Component::value)
                .findFirst();
    }

    /** The peer that the address ends at: its last component, if that is {@code /p2p}. */
    public Optional<PeerId> peerId() {
        var last = components.getLast();
        return last.protocol() == MultiaddrProtocol.P2P ? Optional.of(PeerId.parse(last.value())) : Optional.empty();
    }

    /** This address ending in {@code /p2p/<peer>}, in place of the peer that it may end at now. */
    public Multiaddr withPeer(PeerId peer) {
        var longer = new ArrayList<>(withoutPeerComponents());
        longer.add(new Component(MultiaddrProtocol.P2P, peer.toString()));
        return of(longer);
    }

    /** This address without the peer that it ends at; empty if nothing else is in it. */
    public Optional<Multiaddr> withoutPeer() {
        var shorter = withoutPeerComponents();
        return shorter.isEmpty() ? Optional.empty() : Optional.of(of(shorter));
    }

    private List<Component> withoutPeerComponents() {
        return peerId().isPresent() ? components.subList(0, components.size() - 1) : components;
    }

    /** The binary form, as identify, IPNI and the chain carry it. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Multiaddr that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        components.forEach(text::append);
        return text.toString();
    }
}
