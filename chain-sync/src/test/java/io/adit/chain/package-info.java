/** What the tests of this module share. */
@NullMarked
package io.adit.chain;

import org.jspecify.annotations.NullMarked;
