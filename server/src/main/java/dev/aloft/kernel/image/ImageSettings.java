package dev.aloft.kernel.image;

import dev.aloft.api.JsonReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What an image says of itself: for which system it is, and what is run in it.
 *
 * @param environment its variables, in its order
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/config.md">OCI image configuration</a>
 */
public record ImageSettings(
        String system,
        List<String> entryPoint,
        List<String> command,
        Map<String, String> environment,
        String workingDirectory) {

    public static ImageSettings read(byte[] json) throws Manifest.Malformed {
        try {
            if (!(JsonReader.tree(json) instanceof Map<?, ?> image)) {
                throw new Manifest.Malformed("an image's settings are an object");
            }
            Map<?, ?> config = image.get("config") instanceof Map<?, ?> given ? given : Map.of();
            return new ImageSettings(
                    Objects.toString(image.get("os"), ""),
                    texts(config.get("Entrypoint")), texts(config.get("Cmd")), environment(texts(config.get("Env"))),
                    Objects.toString(config.get("WorkingDir"), ""));
        } catch (JsonReader.Malformed e) {
            throw new Manifest.Malformed("no JSON: " + e.getMessage());
        }
    }

    private static List<String> texts(Object list) {
        return list instanceof List<?> given ? given.stream().map(String::valueOf).toList() : List.of();
    }

    private static Map<String, String> environment(List<String> lines) {
        var all = new LinkedHashMap<String, String>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                all.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return all;
    }
}
