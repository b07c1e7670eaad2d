package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a process in a sandbox sees as the machine: a skeleton of folders and links made once, over which each sandbox
 * mounts. The lines are of fstab(5), so that one mount(8) makes them all.
 */
final class View {
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");
    private static final List<String> SYSTEM_FOLDERS =
            List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix", "gnu");
    private static final List<String> SETTINGS = List.of(
            "hosts", "nsswitch.conf", "host.conf", "gai.conf", "ld.so.cache", "mime.types", "services", "protocols");
    private static final List<String> SETTING_FOLDERS =
            List.of("ssl", "pki", "ca-certificates", "crypto-policies", "alternatives", "resolv.conf", "localtime");

    private final Path root;
    private final Path library;
    private final List<String> fixed = new ArrayList<>();
    private final Map<SandboxSpec, Path> files = new HashMap<>();

    /** @param nameserver who resolves names, if not whom the machine asks */
    View(Path folder, Path library, Optional<String> nameserver) throws IOException {
        this.root = folder.toAbsolutePath().normalize().resolve("root");
        this.library = library.toAbsolutePath().normalize();
        Files.createDirectories(this.library);
        for (String inside : List.of("usr", "dev", "proc", "tmp", ".library", "var/task/lib", "var/runtime", "var/lang",
                "var/tmp", "opt/lib", "etc", "run", "home/sbx_user1051", "sys/fs/cgroup")) {
            Files.createDirectories(root.resolve(inside));
        }
        fixed.add(line(root.toString(), root, "bind,ro,nosuid,nodev"));
        folder("/usr");
        for (String name : SYSTEM_FOLDERS) {
            Path there = Path.of("/" + name);
            if (Files.isSymbolicLink(there)) {
                link(root.resolve(name), Files.readSymbolicLink(there));
            } else if (Files.isDirectory(there)) {
                folder(there.toString());
            }
        }
        for (String name : DEVICES) {
            file("/dev/" + name, "bind");
        }
        // Imports, unlike require, look for packages in the folders above the code only: those of layers go before the
        // runtime's.
        link(root.resolve("var/node_modules"), Path.of("/opt/nodejs/node_modules"));
        link(root.resolve("node_modules"), Path.of("/var/runtime/node_modules"));
        link(root.resolve("dev/fd"), Path.of("/proc/self/fd"));
        link(root.resolve("dev/stdin"), Path.of("/proc/self/fd/0"));
        link(root.resolve("dev/stdout"), Path.of("/proc/self/fd/1"));
        link(root.resolve("dev/stderr"), Path.of("/proc/self/fd/2"));
        settings(nameserver);
        fixed.add("tmpfs " + escape(root.resolve("run")) + " tmpfs nosuid,nodev,size=64k,mode=755 0 0");
        fixed.add("proc " + escape(root.resolve("proc")) + " proc nosuid,nodev,noexec,hidepid=2 0 0");
        // A process of root without any rights could still write what belongs to root.
        for (String name : List.of("sys", "irq", "bus", "fs", "sysrq-trigger")) {
            if (Files.exists(Path.of("/proc", name))) {
                Path inside = root.resolve("proc").resolve(name);
                fixed.add(line(inside.toString(), inside, "bind,ro,nosuid,nodev,noexec"));
            }
        }
        fixed.add(line(this.library.toString(), root.resolve(".library"), "bind,ro,nosuid,nodev"));
    }

    private void settings(Optional<String> nameserver) throws IOException {
        Path etc = Path.of("/etc");
        for (String name : SETTINGS) {
            if (Files.isReadable(etc.resolve(name))) {
                Files.copy(etc.resolve(name), root.resolve("etc").resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        // What extensions listen on.
        Path hosts = root.resolve("etc/hosts");
        String known = Files.exists(hosts) ? Files.readString(hosts) : "127.0.0.1 localhost\n";
        Files.writeString(hosts, known + "\n127.0.0.1 sandbox.localdomain sandbox\n");
        for (String name : SETTING_FOLDERS) {
            if (name.equals("resolv.conf") && nameserver.isPresent()) {
                Files.writeString(root.resolve("etc").resolve(name), "nameserver " + nameserver.get() + "\n");
            } else {
                settingMount(etc.resolve(name));
            }
        }
        // Debian keeps the settings of a JDK here.
        try (var java = Files.newDirectoryStream(etc, "java-*")) {
            for (Path folder : java) {
                settingMount(folder);
            }
        }
        Files.writeString(root.resolve("etc/passwd"), "sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n");
        Files.writeString(root.resolve("etc/group"), "sbx_group:x:990:\n");
    }

    private void settingMount(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            folder(path.toString());
        } else if (Files.isReadable(path)) {
            file(path.toString(), "bind,ro,nosuid,nodev");
        }
    }

    private void folder(String path) throws IOException {
        Files.createDirectories(inside(path));
        fixed.add(line(path, inside(path), "rbind,ro,nosuid,nodev"));
    }

    private void file(String path, String options) throws IOException {
        try {
            Files.createFile(inside(path));
        } catch (FileAlreadyExistsException _) {
            // from an earlier start
        }
        fixed.add(line(path, inside(path), options));
    }

    private static void link(Path at, Path to) throws IOException {
        if (Files.isSymbolicLink(at)) {
            if (Files.readSymbolicLink(at).equals(to)) {
                return;
            }
            // from an earlier build
            Files.delete(at);
        }
        Files.createSymbolicLink(at, to);
    }

    private Path inside(String path) {
        return root.resolve(path.substring(1));
    }

    Path root() {
        return root;
    }

    Path library() {
        return library;
    }

    /** The file with the mounts of a sandbox of this kind. */
    synchronized Path mounts(SandboxSpec spec) throws IOException {
        Path known = files.get(spec);
        if (known != null) {
            return known;
        }
        var lines = new ArrayList<>(fixed);
        lines.add(line(spec.runtime().toAbsolutePath().normalize().toString(), root.resolve("var/runtime"),
                "bind,ro,nosuid,nodev"));
        for (SandboxSpec.Folder software : spec.software()) {
            if (software.at().startsWith("/usr/") || !Files.isDirectory(software.from())) {
                continue;
            }
            if (!software.at().startsWith("/var/runtime/")) {
                Files.createDirectories(inside(software.at()));
            }
            lines.add(line(software.from().toString(), inside(software.at()), "rbind,ro,nosuid,nodev"));
        }
        if (spec.boot() == SandboxSpec.Boot.CONTAINER) {
            lines.addAll(container(spec));
        }
        Path file = root.resolveSibling("mounts-" + files.size());
        Files.writeString(file, String.join("\n", lines) + "\n");
        files.put(spec, file);
        return file;
    }

    /** What an OCI runtime looks for besides. */
    private List<String> container(SandboxSpec spec) throws IOException {
        var lines = new ArrayList<String>();
        if (Files.exists(Path.of("/dev/tty"))) {
            if (!Files.exists(inside("/dev/tty"))) {
                Files.createFile(inside("/dev/tty"));
            }
            lines.add(line("/dev/tty", inside("/dev/tty"), "bind"));
        }
        Path groups = Path.of("/sys/fs/cgroup");
        if (!ContainerRuntime.readsGroups(spec.command())) {
            lines.add("tmpfs " + escape(inside(groups.toString())) + " tmpfs ro,size=4k,mode=755 0 0");
            return lines;
        }
        lines.add(line(groups.toString(), inside(groups.toString()), "rbind,ro"));
        try (var hierarchies = Files.newDirectoryStream(groups, Files::isDirectory)) {
            for (Path each : hierarchies) {
                lines.add(line(each.toString(), inside(each.toString()), "bind,ro"));
            }
        }
        return lines;
    }

    private static String line(String from, Path to, String options) {
        return escape(Path.of(from)) + " " + escape(to) + " none " + options + " 0 0";
    }

    private static String escape(Path path) {
        return path.toString().replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")
                .replace("\n", "\\012");
    }
}
