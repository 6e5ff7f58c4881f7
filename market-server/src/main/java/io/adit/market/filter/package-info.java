/**
 * The operator's own judgement about a deal that keeps every rule of the policy: a program of Boost's deal filter interface, and
 * CIDgravity's gateway. Both get a description of the deal and of the provider, and say yes or no. Neither can keep the node: each
 * has a time limit, only so many are asked at once, and what they say is bounded. Nothing here knows the store or the chain.
 */
@NullMarked
package io.adit.market.filter;

import org.jspecify.annotations.NullMarked;
