package io.adit.market.fetch;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;

/** An HTTP server on a real socket that answers as the test says. */
public final class CutServer implements Closeable {
    /** Answers one request. */
    public interface Script {
        void answer(List<String> request, OutputStream out) throws IOException;
    }

    private final ServerSocket socket;
    public final List<List<String>> requests = new CopyOnWriteArrayList<>();

    public CutServer(Script script) throws IOException {
        this(script, ServerSocketFactory.getDefault());
    }

    /** @param sockets of TLS, say; then the URL is to begin with {@code https} */
    CutServer(Script script, ServerSocketFactory sockets) throws IOException {
        socket = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    var client = socket.accept();
                    Thread.ofVirtual().start(() -> serve(client, script));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void serve(Socket client, Script script) {
        try (client) {
            var reader = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            var request = new ArrayList<String>();
            for (var line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                request.add(line);
            }
            requests.add(request);
            script.answer(request, client.getOutputStream());
        } catch (IOException e) {
            // The test's client went away.
        }
    }

    /** Serves the data with ranges, but ends the connection after {@code most} bytes of a body. */
    public static Script cutting(byte[] data, int most) {
        return (request, out) -> {
            int from = offset(request);
            head(out, from == 0 ? 200 : 206, from, data.length);
            out.write(data, from, Math.min(most, data.length - from));
        };
    }

    public static int offset(List<String> request) {
        return request.stream()
                .filter(line -> line.startsWith("Range: bytes="))
                .map(line -> Integer.parseInt(line.substring(13, line.length() - 1)))
                .findFirst()
                .orElse(0);
    }

    public static void head(OutputStream out, int status, int from, int length) throws IOException {
        var text = "HTTP/1.1 " + status + " X\r\nContent-Length: " + (length - from) + "\r\n"
                + (status == 206 ? "Content-Range: bytes " + from + "-" + (length - 1) + "/" + length + "\r\n" : "")
                + "\r\n";
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    public static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    public String url(String path) {
        return "http://127.0.0.1:" + socket.getLocalPort() + path;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
