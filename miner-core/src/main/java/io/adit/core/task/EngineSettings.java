package io.adit.core.task;

import java.time.Duration;

/**
 * The engine's rhythm.
 *
 * @param lease how long a claim holds without being renewed; renewed at a third of it
 * @param poll the longest time between two looks at the table; signals and commits of this process wake it at once
 * @param closeGrace how long {@link TaskEngine#close} waits for interrupted tasks to end
 */
public record EngineSettings(Duration lease, Duration poll, Duration closeGrace) {
    /** 30 s leases, a look each second, 10 s to close. */
    public static EngineSettings standard() {
        return new EngineSettings(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(10));
    }
}
