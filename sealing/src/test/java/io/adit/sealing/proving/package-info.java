/** Tests of {@code io.adit.sealing.proving}. */
@NullMarked
package io.adit.sealing.proving;

import org.jspecify.annotations.NullMarked;
