package dev.aloft.kernel.call;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * One page of a list that is in the order of its names.
 *
 * @param next the token with which the next page is asked for, or null
 */
public record NamedPage<T>(List<T> items, String next) {
    /**
     * @param prefix  of the names that are wanted, or null
     * @param token   from the page before, or null
     * @param limit   how many are wanted, or null
     * @param most    how many there are at most
     * @param invalid what is thrown for a token that is none
     */
    public static <T> NamedPage<T> of(Stream<T> all, Function<T, String> name, String prefix, String token,
            Integer limit, int most, Supplier<? extends RuntimeException> invalid) {
        int size = limit == null ? most : Math.min(limit, most);
        var after = token == null ? "" : text(token, invalid);
        var found = all.filter(each -> prefix == null || name.apply(each).startsWith(prefix))
                .filter(each -> after.isEmpty() || name.apply(each).compareTo(after) > 0).limit(size + 1L).toList();
        boolean more = found.size() > size;
        var page = more ? found.subList(0, size) : found;
        return new NamedPage<>(page, more ? token(name.apply(page.getLast())) : null);
    }

    /** The text behind its checksum, so that what is no token is told from one. */
    static String token(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var token = ByteBuffer.allocate(Integer.BYTES + bytes.length).putInt(sum(bytes)).put(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.array());
    }

    private static int sum(byte[] bytes) {
        var sum = new CRC32C();
        sum.update(bytes);
        return (int) sum.getValue();
    }

    static String text(String token, Supplier<? extends RuntimeException> invalid) {
        byte[] decoded;
        try {
            decoded = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException _) {
            throw invalid.get();
        }
        if (decoded.length < Integer.BYTES) {
            throw invalid.get();
        }
        byte[] bytes = Arrays.copyOfRange(decoded, Integer.BYTES, decoded.length);
        if (ByteBuffer.wrap(decoded).getInt() != sum(bytes)) {
            throw invalid.get();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
