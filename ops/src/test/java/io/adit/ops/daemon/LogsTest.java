package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.config.NodeConfig.Log;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogsTest {
    private final PrintStream standardError = System.err;

    @AfterEach
    void restore() throws Exception {
        System.setErr(standardError);
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        new ContextInitializer(context).autoConfig();
    }

    private static List<String> logged(Log.Format format) {
        var bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        Logs.configure(new Log(format, Log.Level.INFO));
        var log = LoggerFactory.getLogger("io.adit.sealing");
        log.debug("not asked for");
        log.warn("sector {} waits for \"funds\"\nand says so", 7, new IllegalStateException("too little"));
        LoggerFactory.getLogger("io.netty").info("noise");
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void json_isOneObjectALine_withLevelLoggerMessageAndCause() throws Exception {
        var lines = logged(Log.Format.JSON);

        assertThat(lines).hasSize(1);
        var event = new ObjectMapper().readTree(lines.getFirst());
        assertThat(event.path("level").asText()).isEqualTo("WARN");
        assertThat(event.path("loggerName").asText()).isEqualTo("io.adit.sealing");
        assertThat(event.path("timestamp").asLong()).isPositive();
        assertThat(event.toString()).contains("waits for \\\"funds\\\"", "too little", "IllegalStateException");
    }

    @Test
    void console_isALineForPeople() {
        var lines = logged(Log.Format.CONSOLE);

        assertThat(lines.getFirst()).contains(" WARN ", "sector 7 waits for \"funds\"");
        assertThat(lines).anyMatch(line -> line.contains("too little")).noneMatch(line -> line.contains("noise"));
    }
}
