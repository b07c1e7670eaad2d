package dev.aloft.kernel.sandbox;

import dev.aloft.api.JsonWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file config.json that an OCI runtime reads: a process without any rights, in namespaces of its own, whose root
 * can only be read.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/main/config.md">OCI runtime configuration</a>
 */
final class ContainerConfig {
    private static final int USER = 993;
    private static final int GROUP = 990;
    private static final List<String> MASKED =
            List.of("/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                    "/proc/sched_debug");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private ContainerConfig() {}

    /**
     * @param user the user outside whom the process is, who sees itself as AWS's user 993
     * @param root the user outside whom the container's root is: files of the machine's own belong to nobody in there
     */
    static byte[] of(Assignment.Container container, Map<String, String> environment, long user, Optional<Long> root) {
        List<String> variables = environment.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue()).toList();
        return JsonWriter.bytes(Map.of(
                "ociVersion", "1.0.2",
                "process", Map.of(
                        "terminal", false,
                        "user", Map.of("uid", USER, "gid", GROUP),
                        "args", container.command(),
                        "env", variables,
                        "cwd", container.directory(),
                        "capabilities", Map.of(),
                        "noNewPrivileges", true),
                "root", Map.of("path", "/tmp/root", "readonly", true),
                "mounts", mounts(),
                "linux", Map.of(
                        "uidMappings", mappings(USER, user, root),
                        "gidMappings", mappings(GROUP, user, root),
                        "namespaces", namespaces(),
                        "maskedPaths", MASKED,
                        "readonlyPaths", READ_ONLY)));
    }

    private static List<Object> mappings(int inside, long outside, Optional<Long> root) {
        var all = new ArrayList<>();
        root.ifPresent(id -> all.add(mapping(0, id)));
        all.add(mapping(inside, outside));
        return all;
    }

    private static Map<String, Object> mapping(long inside, long outside) {
        return Map.of("containerID", inside, "hostID", outside, "size", 1);
    }

    private static List<Object> namespaces() {
        return List.of(Map.of("type", "pid"), Map.of("type", "mount"), Map.of("type", "ipc"), Map.of("type", "uts"),
                Map.of("type", "user"));
    }

    private static List<Object> mounts() {
        var all = new ArrayList<>();
        all.add(mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev"));
        all.add(mount("/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "strictatime", "mode=755", "size=64k"));
        all.add(mount("/tmp", "bind", "/tmp/scratch", "bind", "nosuid", "nodev"));
        for (String file : List.of("/etc/resolv.conf", "/etc/hosts")) {
            if (Files.isReadable(Path.of(file))) {
                all.add(mount(file, "bind", file, "bind", "ro", "nosuid", "nodev"));
            }
        }
        return all;
    }

    private static Map<String, Object> mount(String at, String type, String source, String... options) {
        return Map.of("destination", at, "type", type, "source", source, "options", List.of(options));
    }
}
