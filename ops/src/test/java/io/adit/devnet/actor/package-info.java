@NullMarked
package io.adit.devnet.actor;

import org.jspecify.annotations.NullMarked;
