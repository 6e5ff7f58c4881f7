/** What the tests of every room share: the golden vectors. */
@NullMarked
package io.adit.core;

import org.jspecify.annotations.NullMarked;
