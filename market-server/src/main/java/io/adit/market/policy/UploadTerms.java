package io.adit.market.policy;

import java.time.Duration;

/**
 * How clients may upload the data of direct deals.
 *
 * @param atOnce uploads that run at one time
 * @param atOncePerClient of one client
 * @param period after its acceptance within which a deal's data has to come
 */
public record UploadTerms(int atOnce, int atOncePerClient, Duration period) {}
