/** Tests of {@code io.adit.sealing.storage}. */
@NullMarked
package io.adit.sealing.storage;

import org.jspecify.annotations.NullMarked;
