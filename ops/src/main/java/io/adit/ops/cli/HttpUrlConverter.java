package io.adit.ops.cli;

import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads URLs of HTTP servers; {@code localhost:4702} alone would be taken for one of the scheme {@code localhost}. */
public final class HttpUrlConverter implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
        try {
            var url = new URI(text);
            boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (isHttp && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new TypeConversionException("'" + text + "' is no URL: " + e.getMessage());
        }
        throw new TypeConversionException("'" + text + "' is no URL such as http://127.0.0.1:4702");
    }
}
