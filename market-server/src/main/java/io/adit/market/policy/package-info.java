/**
 * Which deals the provider takes: its terms, and the rules that a proposal is held against. There is one ordered list of
 * rules, {@link io.adit.market.policy.DealRule}; the deal protocol, the dry run and what is published all come from it. Every
 * rejection has a stable code and says which field, which limit, what was given and what to change. Pure but for {@link
 * io.adit.market.policy.PolicyBook}, which keeps what the operator changed while the node ran.
 */
@NullMarked
package io.adit.market.policy;

import org.jspecify.annotations.NullMarked;
