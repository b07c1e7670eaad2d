package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written where, on folders that stand for the kernel's. */
class ControlGroupsTest {
    @TempDir
    Path mount;

    private Path only(Path parent) throws IOException {
        try (var groups = Files.newDirectoryStream(parent, "aloft-*-7")) {
            return groups.iterator().next();
        }
    }

    @Test
    void inTheUnifiedHierarchyOneFolderHoldsAll() throws IOException {
        Files.writeString(mount.resolve("cgroup.controllers"), "cpuset cpu io memory pids\n");
        var groups = ControlGroups.find(mount, List.of("0::/")).orElseThrow();
        groups.create(7).limit(512, 1024, true);
        Path group = only(mount.resolve("aloft"));
        assertThat(mount.resolve("cgroup.subtree_control")).hasContent("+memory +pids +cpu");
        assertThat(group.resolve("memory.max")).hasContent(String.valueOf(1536L << 20));
        assertThat(group.resolve("pids.max")).hasContent("1024");
        assertThat(group.resolve("cpu.weight")).hasContent("28");
        assertThat(group.resolve("cpu.max")).hasContent("28942 100000");
        assertThat(groups.holds("memory")).isTrue();
    }

    @Test
    void inTheOlderHierarchyEachControllerHasAFolder() throws IOException {
        for (String controller : List.of("memory", "cpu")) {
            Files.writeString(Files.createDirectories(mount.resolve(controller)).resolve("cgroup.procs"), "");
        }
        var groups = ControlGroups.find(mount, List.of("4:memory:/", "1:cpu:/")).orElseThrow();
        groups.create(7).limit(1769, 512, false);
        assertThat(only(mount.resolve("memory/aloft")).resolve("memory.limit_in_bytes"))
                .hasContent(String.valueOf(2281L << 20));
        assertThat(only(mount.resolve("cpu/aloft")).resolve("cpu.shares")).hasContent("1024");
        assertThat(only(mount.resolve("cpu/aloft")).resolve("cpu.cfs_quota_us")).doesNotExist();
        assertThat(groups.holds("pids")).isFalse();
    }

    @Test
    void aGroupThatIsStillInUseIsNobodyElses() throws IOException {
        Files.writeString(mount.resolve("cgroup.controllers"), "memory\n");
        var groups = ControlGroups.find(mount, List.of("0::/")).orElseThrow();
        groups.create(7);
        Path busy = Files.writeString(only(mount.resolve("aloft")).resolve("memory.max"), "as it was");
        groups.create(7).limit(512, 1024, true);
        assertThat(busy).hasContent("as it was");
    }

    @Test
    void whereNothingIsMountedThereAreNone() {
        assertThat(ControlGroups.find(mount, List.of("0::/"))).isEmpty();
    }
}
