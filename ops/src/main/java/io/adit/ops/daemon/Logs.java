package io.adit.ops.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.adit.core.config.NodeConfig;
import org.slf4j.LoggerFactory;

/** Sends logs to standard error as the operator wants them: lines for people, or JSON objects for collectors. */
public final class Logs {
    private Logs() {}

    public static void configure(NodeConfig.Log log) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context, log.format()));
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.valueOf(log.level().name()));
        root.addAppender(appender);
        for (var noisy : new String[] {"io.netty", "org.flywaydb", "com.zaxxer.hikari", "org.jdbi"}) {
            context.getLogger(noisy).setLevel(Level.WARN);
        }
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, NodeConfig.Log.Format format) {
        return switch (format) {
            case JSON -> {
                var json = new JsonEncoder();
                json.setContext(context);
                json.start();
                yield json;
            }
            case CONSOLE -> {
                var pattern = new PatternLayoutEncoder();
                pattern.setContext(context);
                pattern.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSxxx} %-5level %logger{24} [%thread] %msg%n");
                pattern.start();
                yield pattern;
            }
        };
    }
}
