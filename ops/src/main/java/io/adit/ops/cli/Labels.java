package io.adit.ops.cli;

import java.util.Locale;

/** Turns the API's field names into headings: {@code pieceSize} becomes {@code Piece size}. */
final class Labels {
    private Labels() {}

    static String of(String field) {
        var label = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char letter = field.charAt(i);
            boolean startsWord = Character.isUpperCase(letter)
                    && i > 0
                    && !Character.isUpperCase(field.charAt(i - 1))
                    && (i + 1 == field.length() || Character.isLowerCase(field.charAt(i + 1)));
            if (startsWord) {
                label.append(' ').append(Character.toLowerCase(letter));
            } else {
                label.append(letter);
            }
        }
        return label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1);
    }
}
