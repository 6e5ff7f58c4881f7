@NullMarked
package io.adit.chain.head;

import org.jspecify.annotations.NullMarked;
