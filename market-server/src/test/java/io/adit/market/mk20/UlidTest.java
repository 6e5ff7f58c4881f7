package io.adit.market.mk20;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.InvalidValueException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UlidTest {
    @Test
    void readsWhatItWrites() {
        // github.com/oklog/ulid's own example.
        var text = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

        assertThat(Ulid.parse(text).uuid()).isEqualTo(UUID.fromString("01563e3a-b5d3-d676-4c61-efb99302bd5b"));
        assertThat(Ulid.parse(text)).hasToString(text).isEqualTo(Ulid.parse("01arz3ndektsv4rrffq69g5fav"));
        assertThat(new Ulid(new UUID(-1, -1))).hasToString("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01ARZ3NDEKTSV4RRFFQ69G5FA",
                "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "01ARZ3NDEKTSV4RRFFQ69G5FAI",
                "01ARZ3NDEKTSV4RRFFQ69G5FAVV"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Ulid.parse(text)).isInstanceOf(InvalidValueException.class);
    }
}
