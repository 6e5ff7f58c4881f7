/** Tests of {@code io.adit.sealing}. */
@NullMarked
package io.adit.sealing;

import org.jspecify.annotations.NullMarked;
