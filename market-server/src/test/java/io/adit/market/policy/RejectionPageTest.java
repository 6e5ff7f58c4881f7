package io.adit.market.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What operators and clients read about rejections is what the code says. */
class RejectionPageTest {
    @Test
    void thePageListsEveryCode_andNoOther() throws IOException {
        var page = Path.of("").toAbsolutePath().resolveSibling("docs/deals.md");
        var rows = Files.readAllLines(page).stream()
                .filter(line -> line.matches("\\| `[A-Z_]+` \\|.*"))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(RejectionCode.values())
                        .map(code -> "| `%s` | `%s` | %s | %s |"
                                .formatted(code.name(), code.field(), code.meaning(), code.remedy()))
                        .toList());
    }
}
