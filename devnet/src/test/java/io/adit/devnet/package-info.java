/** Chain histories played against the devnet, in process and over the wire. */
@NullMarked
package io.adit.devnet;

import org.jspecify.annotations.NullMarked;
