@NullMarked
package io.adit.chain.f3;

import org.jspecify.annotations.NullMarked;
