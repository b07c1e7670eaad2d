package dev.aloft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is built of folders, in copies of them, once for each version of their files. */
final class Builds {
    /** Builds in the copy, and answers the folder that is wanted of it. */
    interface Work {
        Path in(Path copy) throws IOException;
    }

    private Builds() {}

    /**
     * @param how     what the result depends on besides the folder's files
     * @param leftOut the subfolder of earlier results, ending with a slash
     */
    static Path of(Path folder, String how, String leftOut, Work work) throws IOException {
        var sources = new TreeMap<String, Path>();
        CodeFolder.collect(folder, "", sources);
        sources.keySet().removeIf(name -> name.startsWith(leftOut));
        return of(sources, how, work);
    }

    /**
     * @param sources the files of the copy by their names in it
     * @param how     what the result depends on besides them
     */
    static Path of(SortedMap<String, Path> sources, String how, Work work) throws IOException {
        var built = root().resolve(digest(sources, how));
        if (Files.exists(built)) {
            return built;
        }
        var making = built.resolveSibling(built.getFileName() + ".making");
        try {
            delete(making);
            Files.createDirectories(making);
            for (var source : sources.entrySet()) {
                var target = making.resolve(source.getKey());
                Files.createDirectories(target.getParent());
                Files.copy(source.getValue(), target, StandardCopyOption.REPLACE_EXISTING);
            }
            return Files.move(work.in(making), built);
        } finally {
            // The result may be a part of the copy only, and may not have come about.
            delete(making);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var all = Files.walk(folder)) {
            for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** Where what was built or installed is kept for the next time; tests have a place of their own. */
    static Path root() {
        var named = System.getProperty("aloft.builds");
        return named == null ? Background.defaultData().resolve("builds") : Path.of(named);
    }

    private static String digest(Map<String, Path> sources, String how) throws IOException {
        var digest = CodeFolder.digest();
        digest.update(how.getBytes());
        for (var source : sources.entrySet()) {
            digest.update(source.getKey().getBytes());
            digest.update(Files.readAllBytes(source.getValue()));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
