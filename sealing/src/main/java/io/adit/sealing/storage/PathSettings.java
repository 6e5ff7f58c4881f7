package io.adit.sealing.storage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.ActorId;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code sectorstore.json} in a storage path says, in lotus-miner's shape and key names.
 *
 * @param id the path's identity, a UUID when made here; keeps its meaning when the disk is mounted elsewhere
 * @param weight how strongly this path is preferred; 0 means that nothing new is put here
 * @param canSeal files of sectors being sealed may lie here
 * @param canStore files of finished sectors may lie here
 * @param maxStorage the most bytes that sector files may take here; 0 for no limit but the disk
 * @param groups,allowTo lotus-miner's path groups; kept, not used by a single machine
 * @param allowTypes,denyTypes kinds of files ({@code sealed}, {@code cache}, {@code unsealed}) allowed or refused here;
 *     an empty allow list allows all
 * @param allowMiners,denyMiners the same for miners, as text addresses
 */
@JsonPropertyOrder({
    "ID",
    "Weight",
    "CanSeal",
    "CanStore",
    "MaxStorage",
    "Groups",
    "AllowTo",
    "AllowTypes",
    "DenyTypes",
    "AllowMiners",
    "DenyMiners"
})
@JsonIgnoreProperties(ignoreUnknown = true)
public record PathSettings(
        @JsonProperty("ID") String id,
        @JsonProperty("Weight") long weight,
        @JsonProperty("CanSeal") boolean canSeal,
        @JsonProperty("CanStore") boolean canStore,
        @JsonProperty("MaxStorage") long maxStorage,
        @JsonProperty("Groups") List<String> groups,
        @JsonProperty("AllowTo") List<String> allowTo,
        @JsonProperty("AllowTypes") List<String> allowTypes,
        @JsonProperty("DenyTypes") List<String> denyTypes,
        @JsonProperty("AllowMiners") List<String> allowMiners,
        @JsonProperty("DenyMiners") List<String> denyMiners) {

    private static final Pattern ID = Pattern.compile("[0-9A-Za-z-]{1,64}");

    /** Lists that are null in the file (as Go writes empty ones) become empty. */
    public PathSettings(
            @Nullable String id,
            long weight,
            boolean canSeal,
            boolean canStore,
            long maxStorage,
            @Nullable List<String> groups,
            @Nullable List<String> allowTo,
            @Nullable List<String> allowTypes,
            @Nullable List<String> denyTypes,
            @Nullable List<String> allowMiners,
            @Nullable List<String> denyMiners) {
        if (id == null || !ID.matcher(id).matches()) {
            throw new InvalidValueException("storage path ID", String.valueOf(id), "1 to 64 letters, digits, dashes");
        }
        if (weight < 0 || maxStorage < 0) {
            throw new InvalidValueException("storage path weight or limit", weight + ", " + maxStorage, "at least 0");
        }
        this.id = id;
        this.weight = weight;
        this.canSeal = canSeal;
        this.canStore = canStore;
        this.maxStorage = maxStorage;
        this.groups = listOf(groups);
        this.allowTo = listOf(allowTo);
        this.allowTypes = listOf(allowTypes);
        this.denyTypes = listOf(denyTypes);
        this.allowMiners = listOf(allowMiners);
        this.denyMiners = listOf(denyMiners);
    }

    /** Settings of a new path with lotus-miner's default weight and no limits. */
    public static PathSettings create(UUID id, boolean canSeal, boolean canStore) {
        return create(id, 10, canSeal, canStore, 0);
    }

    /** Settings of a new path without groups and type rules. */
    public static PathSettings create(UUID id, long weight, boolean canSeal, boolean canStore, long maxStorage) {
        return new PathSettings(
                id.toString(), weight, canSeal, canStore, maxStorage, null, null, null, null, null, null);
    }

    /** Whether files of this kind may be put here. */
    public boolean allows(SectorFileType type) {
        return (allowTypes.isEmpty() || allowTypes.contains(type.directory())) && !denyTypes.contains(type.directory());
    }

    /** Whether files of this miner may be put here. */
    public boolean allows(ActorId miner) {
        return (allowMiners.isEmpty() || names(allowMiners, miner)) && !names(denyMiners, miner);
    }

    /** The first letter of an address names the network, of which a node knows only one. */
    private static boolean names(List<String> addresses, ActorId miner) {
        String number = miner.address().toString().substring(1);
        return addresses.stream()
                .anyMatch(text -> !text.isEmpty() && text.substring(1).equals(number));
    }

    private static List<String> listOf(@Nullable List<String> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
