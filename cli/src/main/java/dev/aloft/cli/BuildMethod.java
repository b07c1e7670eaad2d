package dev.aloft.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How {@code sam build} makes the code of a folder, where a resource's Metadata says so.
 *
 * @param name       BuildMethod, or the empty string
 * @param properties BuildProperties: a value, or several, of each
 * @param target     what a Makefile is asked for: the resource's logical id; else the empty string
 * @param workingDirectory where make runs, from the folder; or the empty string
 * @param within     where the archive of a layer takes it all, ending with a slash; or the empty string
 */
record BuildMethod(String name, Map<String, List<String>> properties, String target, String workingDirectory,
        String within) {
    static final BuildMethod NONE = new BuildMethod("", Map.of(), "", "", "");

    private static final Set<String> COMPILERS = Set.of("go1.x", "rust-cargolambda", "dotnet", "dotnet6", "dotnet7");

    /** Whether it takes a compiler that aloft does not know. */
    boolean isForeign() {
        return COMPILERS.contains(name);
    }
}
