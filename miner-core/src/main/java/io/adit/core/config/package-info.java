/**
 * The node's configuration: one TOML file whose keys are record components.
 *
 * <p>A key's type, documentation and default stand at one place, on the record component; the loader, the commented
 * default file and the error messages all come from there. Environment variables and command-line overrides use the same
 * names and the same parsers. Only values enter here: nothing is opened, bound or connected.
 */
@NullMarked
package io.adit.core.config;

import org.jspecify.annotations.NullMarked;
