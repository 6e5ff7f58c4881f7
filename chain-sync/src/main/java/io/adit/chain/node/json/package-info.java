/**
 * Lotus's JSON shapes, both ways: CIDs as {@code {"/":text}}, bytes in base64, token amounts as decimal strings of
 * attoFIL, bit fields as run lists, and Go's nulls where a slice is empty. Every shape is written out by hand over
 * Jackson's tree model; nothing is found by reflection, so a renamed record component cannot change the wire. The
 * client encodes requests and decodes answers with these types; the devnet does the opposite with the same ones.
 */
@NullMarked
package io.adit.chain.node.json;

import org.jspecify.annotations.NullMarked;
