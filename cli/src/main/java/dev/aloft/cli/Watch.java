package dev.aloft.cli;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.CloudFormation.StackResource;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.UpdateFunctionCodeRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * {@code aloft up --watch}: each save in a function's folder is the function's code at once, and no other function
 * notices. What else the template needs (a layer, a version behind an alias, the template itself) is deployed as a
 * whole.
 */
final class Watch {
    /** Editors save in several steps. */
    private static final int SETTLING_MILLIS = 20;
    private static final Set<String> PASSED_OVER =
            Set.of("node_modules", "target", ".git", ".aws-sam", ".venv", "__pycache__");

    private final Path template;
    private final String stack;
    private final Connection connection;
    private final PrintWriter out;
    private final Deployment deployment;
    private final Map<WatchKey, Path> watched = new HashMap<>();
    /** What was packed last of a folder, as it is: a digest of it takes long in a JVM that compiles little. */
    private final Map<CodeFolder.Source, byte[]> packed = new HashMap<>();
    private final Map<CodeFolder.Source, CodeFolder> codes = new HashMap<>();
    private Map<CodeFolder.Source, List<String>> sources = Map.of();
    private List<StackResource> resources = List.of();

    /** Deploys the template as it is now. */
    interface Deployment {
        void run() throws IOException;
    }

    Watch(Path template, String stack, Connection connection, PrintWriter out, Deployment deployment) {
        this.template = template;
        this.stack = stack;
        this.connection = connection;
        this.out = out;
        this.deployment = deployment;
    }

    /** Until the process is ended. */
    void run() throws IOException, InterruptedException {
        try (var service = template.getFileSystem().newWatchService()) {
            resources = new Functions(connection).resources(stack);
            look(service);
            out.println();
            out.println("Watching "
                    + String.join(", ",
                            sources.keySet().stream().map(source -> shown(source.folder())).distinct().toList())
                    + " and " + template.getFileName() + "; Ctrl-C ends it.");
            out.flush();
            while (true) {
                WatchKey first = service.take();
                long began = System.nanoTime();
                var changed = new HashSet<Path>();
                for (WatchKey key = first; key != null; key = service.poll(SETTLING_MILLIS, TimeUnit.MILLISECONDS)) {
                    Path folder = watched.get(key);
                    key.pollEvents().forEach(event -> changed.add(
                            event.context() instanceof Path file ? folder.resolve(file) : folder));
                    key.reset();
                }
                changed(service, changed, began);
            }
        } catch (ClosedWatchServiceException ended) {
            // Nobody waits any more.
        }
    }

    private String shown(Path folder) {
        var below = template.getParent().relativize(folder).toString();
        return below.isEmpty() ? "." : below;
    }

    /** Which folders there are, whose they are, and what is in them. */
    private void look(WatchService service) throws IOException {
        var found = new LinkedHashMap<CodeFolder.Source, List<String>>();
        for (var artifact : TemplateSource.read(template).artifacts()) {
            var path = template.getParent().resolve(artifact.path()).normalize();
            if (artifact.code() && Files.isDirectory(path)) {
                found.computeIfAbsent(new CodeFolder.Source(path, artifact.build()), _ -> new ArrayList<>())
                        .add(artifact.owner());
            }
        }
        sources = found;
        watch(service, template.getParent(), false);
        for (var source : sources.keySet()) {
            watch(service, source.folder(), true);
            if (!packed.containsKey(source)) {
                packed.put(source, zip(source, sources.get(source).getFirst()));
            }
        }
    }

    private void watch(WatchService service, Path folder, boolean below) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                boolean deeper = below && !PASSED_OVER.contains(each.getFileName().toString());
                if (!each.equals(folder) && !deeper) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                var key = each.register(service, StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE);
                watched.put(key, each);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void changed(WatchService service, Set<Path> paths, long began) throws IOException {
        try {
            boolean whole = paths.contains(template);
            for (var source : sources.entrySet()) {
                var folder = source.getKey().folder();
                if (paths.stream().anyMatch(path -> path.startsWith(folder) && !path.equals(template))) {
                    whole |= !update(source.getKey(), source.getValue(), began);
                }
            }
            if (whole) {
                deployment.run();
                resources = new Functions(connection).resources(stack);
            }
            look(service);
        } catch (CommandFailed | ApiError e) {
            // What is wrong now may be right with the next save.
            out.println("  ✗ " + e.getMessage());
        }
        out.flush();
    }

    /** Makes a folder the code of its functions; says whether that was all that is needed. */
    private boolean update(CodeFolder.Source source, List<String> owners, long began) throws IOException {
        var zip = zip(source, owners.getFirst());
        if (Arrays.equals(zip, packed.put(source, zip))) {
            return true;
        }
        var functions = functions(owners);
        for (var function : functions) {
            Lambda.at(connection.endpoint()).updateFunctionCode(connection.caller(), UpdateFunctionCodeRequest.of(
                    r -> r.functionName(function.physicalResourceId()).zipFile(Bytes.of(zip))));
            out.printf("  ✓ %-34s live      %d ms%n", function.logicalResourceId(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        }
        return !functions.isEmpty();
    }

    /** Those of which the code alone is all; none where one has versions, or where a layer is meant. */
    private List<StackResource> functions(List<String> owners) {
        var functions = resources.stream().filter(each -> each.resourceType().equals("AWS::Lambda::Function")).toList();
        var known = functions.stream().map(StackResource::logicalResourceId).toList();
        var meant = owners.contains("Globals") ? functions
                : functions.stream().filter(each -> owners.contains(each.logicalResourceId())).toList();
        boolean versions = resources.stream().filter(each -> each.resourceType().equals("AWS::Lambda::Alias"))
                .anyMatch(alias -> meant.stream()
                        .anyMatch(each -> alias.physicalResourceId().contains(":" + each.physicalResourceId() + ":")));
        boolean others = owners.stream().anyMatch(owner -> !owner.equals("Globals") && !known.contains(owner));
        return versions || others ? List.of() : meant;
    }

    private byte[] zip(CodeFolder.Source source, String owner) throws IOException {
        var archive = codes.computeIfAbsent(source, each -> new CodeFolder(each.folder(), owner, out, each.build()))
                .zip();
        try {
            return Files.readAllBytes(archive);
        } finally {
            Files.deleteIfExists(archive);
        }
    }
}
