package io.adit.core.slash;

/**
 * The leave to sign one block, given after the log was on disk. It holds for exactly the bytes whose hash is the intent's
 * block, and for good: signing them twice is no fault.
 *
 * @param block what may be signed
 * @param again whether these bytes were permitted before
 */
public record Permit(ProtectedBlock block, boolean again) {}
