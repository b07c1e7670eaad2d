package dev.aloft.codegen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the Java interface and the reduced model of each service; leaves files alone that would not change. */
public final class Generate {
    private Generate() {}

    /** Arguments: the folder of operation lists, the folder for Java, the folder for resources. */
    public static void main(String[] args) throws IOException {
        var lists = Path.of(args[0]);
        var java = Path.of(args[1]).resolve("dev/aloft/api");
        var resources = Path.of(args[2]).resolve("dev/aloft/api");
        Files.createDirectories(java);
        Files.createDirectories(resources);
        try (var files = Files.list(lists)) {
            for (var file : files.filter(each -> each.toString().endsWith(".operations")).sorted().toList()) {
                var model = Model.read(file);
                writeIfChanged(java.resolve(model.interfaceName + ".java"), new JavaWriter(model).write());
                writeIfChanged(resources.resolve(model.service + ".model.json"), model.json());
            }
        }
    }

    private static void writeIfChanged(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.writeString(file, text);
        }
    }
}
