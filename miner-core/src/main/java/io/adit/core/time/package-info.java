/**
 * Time, and the threads that live in it. Rooms that wait (for a head, a deadline, a lease, a lane) take a
 * {@link io.adit.core.time.Timeline} and get from it the clock, their threads and their locks. The node runs on
 * {@link io.adit.core.time.SystemTimeline}; a test or {@code adit sim} runs the same code on
 * {@link io.adit.core.time.SimulatedTimeline}, where years pass in seconds and every interleaving follows from a seed.
 *
 * <p>Only waiting belongs here. Code that merely measures how long something took, and native or network code whose
 * waiting cannot be simulated, stays with the JDK's own clocks and threads.
 */
@NullMarked
package io.adit.core.time;

import org.jspecify.annotations.NullMarked;
