@NullMarked
package io.adit.chain.node;

import org.jspecify.annotations.NullMarked;
