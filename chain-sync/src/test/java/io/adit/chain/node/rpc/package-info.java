@NullMarked
package io.adit.chain.node.rpc;

import org.jspecify.annotations.NullMarked;
