package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.BlockJson.BLOCK_TEMPLATE;
import static io.adit.chain.node.json.BlockJson.F3_LEASE;
import static io.adit.chain.node.json.BlockJson.F3_MANIFEST;
import static io.adit.chain.node.json.BlockJson.MINING_BASE_INFO;
import static io.adit.chain.node.json.ChainJson.BLOCK;
import static io.adit.chain.node.json.JsonTypes.NOTHING;
import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.UINT64;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockApi;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.F3Manifest;
import io.adit.chain.node.F3ParticipationLease;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import java.util.List;
import java.util.Optional;

/** Making blocks: the part of the catalogue, and the typed methods over it. */
interface BlockCalls extends BlockApi, RpcCaller {

    RpcMethod<Optional<MiningBaseInfo>> MINER_GET_BASE_INFO = RpcMethod.<Optional<MiningBaseInfo>>method(
                    "MinerGetBaseInfo",
                    3,
                    nullable(MINING_BASE_INFO),
                    (node, a) -> node.minerGetBaseInfo(a.get(0, ADDRESS), a.get(1, EPOCH), a.get(2, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<Block> MINER_CREATE_BLOCK = RpcMethod.<Block>method(
                    "MinerCreateBlock", 1, BLOCK, (node, a) -> node.minerCreateBlock(a.get(0, BLOCK_TEMPLATE)))
            .in(CallClass.COMPUTE)
            .needs(Permission.WRITE);

    RpcMethod<Optional<Void>> SYNC_SUBMIT_BLOCK = RpcMethod.<Optional<Void>>method(
                    "SyncSubmitBlock", 1, NOTHING, (node, a) -> {
                        node.syncSubmitBlock(a.get(0, BLOCK));
                        return Optional.empty();
                    })
            .in(CallClass.COMPUTE)
            .needs(Permission.WRITE);

    RpcMethod<byte[]> F3_GET_OR_RENEW_PARTICIPATION_TICKET = RpcMethod.<byte[]>method(
                    "F3GetOrRenewParticipationTicket",
                    3,
                    BYTES,
                    (node, a) -> node.f3GetOrRenewParticipationTicket(
                            a.get(0, ADDRESS), a.get(1, nullable(BYTES)), a.get(2, UINT64)))
            .needs(Permission.SIGN);

    RpcMethod<F3ParticipationLease> F3_PARTICIPATE = RpcMethod.<F3ParticipationLease>method(
                    "F3Participate", 1, F3_LEASE, (node, a) -> node.f3Participate(a.get(0, BYTES)))
            .needs(Permission.SIGN);

    RpcMethod<F3Manifest> F3_GET_MANIFEST =
            RpcMethod.method("F3GetManifest", 0, F3_MANIFEST, (node, a) -> node.f3GetManifest());

    List<RpcMethod<?>> METHODS = List.of(
            F3_GET_MANIFEST,
            MINER_GET_BASE_INFO,
            MINER_CREATE_BLOCK,
            SYNC_SUBMIT_BLOCK,
            F3_GET_OR_RENEW_PARTICIPATION_TICKET,
            F3_PARTICIPATE);

    @Override
    default Optional<MiningBaseInfo> minerGetBaseInfo(Address miner, Epoch epoch, TipSetKey base) {
        return call(MINER_GET_BASE_INFO, arg(ADDRESS, miner), arg(EPOCH, epoch), arg(TIP_SET_KEY, base));
    }

    @Override
    default Block minerCreateBlock(BlockTemplate template) {
        return call(MINER_CREATE_BLOCK, arg(BLOCK_TEMPLATE, template));
    }

    @Override
    default void syncSubmitBlock(Block block) {
        call(SYNC_SUBMIT_BLOCK, arg(BLOCK, block));
    }

    @Override
    default byte[] f3GetOrRenewParticipationTicket(Address miner, Optional<byte[]> previous, long instances) {
        return call(
                F3_GET_OR_RENEW_PARTICIPATION_TICKET,
                arg(ADDRESS, miner),
                arg(nullable(BYTES), previous),
                arg(UINT64, instances));
    }

    @Override
    default F3Manifest f3GetManifest() {
        return call(F3_GET_MANIFEST);
    }

    @Override
    default F3ParticipationLease f3Participate(byte[] ticket) {
        return call(F3_PARTICIPATE, arg(BYTES, ticket));
    }
}
