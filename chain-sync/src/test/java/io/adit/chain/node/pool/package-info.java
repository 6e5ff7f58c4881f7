@NullMarked
package io.adit.chain.node.pool;

import org.jspecify.annotations.NullMarked;
