/** Tests of {@code io.adit.sealing.pipeline}. */
@NullMarked
package io.adit.sealing.pipeline;

import org.jspecify.annotations.NullMarked;
