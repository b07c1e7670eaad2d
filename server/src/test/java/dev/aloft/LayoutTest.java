package dev.aloft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules of the layout, held against the classes as they are compiled. */
class LayoutTest {
    private static final String ROOT = "dev/aloft/";
    private static final List<String> MODULES = List.of("codegen", "api", "server", "cli", "contract", "bench");
    private static final int MOST_COLUMNS = 120;
    private static final Pattern TEXT_BLOCK = Pattern.compile("\"\"\"");
    private static final Pattern SERVICE = Pattern.compile("dev/aloft/service/([a-z0-9]+)/.*");

    /** A call and where alone it may stand; the sentence says what to do in its place. */
    private record OnlyIn(Pattern call, List<String> places, String instead) {}

    private static final List<OnlyIn> CALLS = List.of(
            new OnlyIn(
                    Pattern.compile("java/time/(Instant|LocalDate|LocalDateTime|ZonedDateTime|OffsetDateTime)\\.now"
                            + "|java/time/Clock\\.system\\w*|java/time/InstantSource\\.system|"
                            + "java/lang/System\\.currentTimeMillis"
                            + "|java/lang/Thread\\.sleep|java/util/concurrent/TimeUnit\\.sleep"),
                    List.of("dev/aloft/kernel/time/"),
                    "ask Time, which tests and users can move"),
            new OnlyIn(
                    Pattern.compile("java/lang/ProcessBuilder\\.<init>|java/lang/Runtime\\.exec"),
                    List.of("dev/aloft/kernel/sandbox/"),
                    "start it through Sandboxes"),
            new OnlyIn(
                    Pattern.compile(
                            "java/net/(Socket|ServerSocket)\\.<init>|java/nio/channels/(Server)?SocketChannel\\.open.*"
                            + "|java/net/http/HttpClient\\.newBuilder|java/net/http/HttpClient\\.newHttpClient"),
                    List.of("dev/aloft/kernel/http/", "dev/aloft/kernel/sandbox/", "dev/aloft/service/lambda/invoke/"),
                    "call a service through its Endpoint"));

    @Test
    void noServiceImportsAnother() throws Exception {
        var broken = new TreeSet<String>();
        for (var type : classes()) {
            var own = SERVICE.matcher(type.thisClass().asInternalName());
            if (own.matches()) {
                for (var used : uses(type)) {
                    var other = SERVICE.matcher(used);
                    if (other.matches() && !other.group(1).equals(own.group(1))) {
                        broken.add(type.thisClass().asInternalName() + " uses " + used);
                    }
                }
            }
        }
        assertThat(broken).as("services call each other through the generated interfaces in dev.aloft.api").isEmpty();
    }

    @Test
    void theKernelKnowsNoServiceAndOnlyPlatformKnowsThemAll() throws Exception {
        var broken = new TreeSet<String>();
        for (var type : classes()) {
            var name = type.thisClass().asInternalName();
            boolean mayKnowServices = SERVICE.matcher(name).matches() || name.startsWith(ROOT + "Platform");
            if (!mayKnowServices) {
                uses(type).stream().filter(used -> SERVICE.matcher(used).matches())
                        .forEach(used -> broken.add(name + " uses " + used));
            }
            if (name.startsWith(ROOT + "kernel/")) {
                uses(type).stream()
                        .filter(used -> used.matches(ROOT + "[A-Z]\\w+") || used.startsWith(ROOT + "console/"))
                        .forEach(used -> broken.add(name + " uses " + used));
            }
        }
        assertThat(broken).as("api ← kernel ← service ← Platform").isEmpty();
    }

    @Test
    void clocksProcessesAndSocketsStandWhereTheyBelong() throws Exception {
        var broken = new TreeSet<String>();
        for (var type : classes()) {
            var name = type.thisClass().asInternalName();
            for (var called : calls(type)) {
                for (var rule : CALLS) {
                    if (rule.call().matcher(called).matches() && rule.places().stream().noneMatch(name::startsWith)) {
                        broken.add(name + " calls " + called + ": " + rule.instead());
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void noPackageIsCalledAfterNothing() throws Exception {
        var folders = new TreeSet<String>();
        for (var type : classes()) {
            var name = type.thisClass().asInternalName();
            folders.addAll(List.of(name.substring(0, name.lastIndexOf('/')).split("/")));
        }
        assertThat(folders).as("look for the noun that is not found yet")
                .doesNotContain("common", "util", "utils", "core", "impl", "helper");
    }

    @Test
    void everyServiceHasTheSameShape() throws Exception {
        var packages = new TreeSet<String>();
        var files = new TreeSet<String>();
        for (var type : classes()) {
            var name = type.thisClass().asInternalName();
            var service = SERVICE.matcher(name);
            if (service.matches()) {
                packages.add(service.group(1));
                files.add(name.substring((ROOT + "service/").length()));
            }
        }
        for (var each : packages) {
            for (var part : List.of("Service", "Data")) {
                assertThat(files).as("service/" + each + " needs its " + part + " file")
                        .anyMatch(file -> file.matches(each + "/\\w+" + part));
            }
        }
    }

    /** Neither within text blocks, where a line is what it is, nor in links. */
    @Test
    void noLineIsLongerThanItCanBeReadAtAGlance() throws IOException {
        var broken = new TreeSet<String>();
        for (var module : MODULES) {
            try (var files = Files.walk(Path.of("..", module, "src"))) {
                for (var file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    longLines(file).forEach(line -> broken.add(file.getFileName() + ":" + line));
                }
            }
        }
        assertThat(broken).as("a line has " + MOST_COLUMNS + " columns at most").isEmpty();
    }

    /** The numbers of those. */
    private static List<Integer> longLines(Path file) throws IOException {
        var found = new ArrayList<Integer>();
        var lines = Files.readAllLines(file);
        boolean inBlock = false;
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            boolean begun = inBlock;
            inBlock ^= TEXT_BLOCK.matcher(line).results().count() % 2 == 1;
            boolean inComment = line.strip().startsWith("*") || line.strip().startsWith("/");
            if (line.length() > MOST_COLUMNS && !begun && !inBlock && !line.startsWith("import ")
                    && !(inComment && line.contains("http"))) {
                found.add(i + 1);
            }
        }
        return found;
    }

    /** That the rules bite: the JDK's own classes break them. */
    @Test
    void aCallThatIsForbiddenIsSeen() throws IOException {
        try (var in = Object.class.getResourceAsStream("/java/time/Instant.class")) {
            var instant = ClassFile.of().parse(in.readAllBytes());
            assertThat(calls(instant)).contains("java/time/Clock.currentInstant");
        }
        assertThat(CALLS.getFirst().call().matcher("java/time/Instant.now").matches()).isTrue();
    }

    private static List<ClassModel> classes() throws IOException, URISyntaxException {
        var all = new ArrayList<ClassModel>();
        var root = Path.of(Platform.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (var files = Files.walk(root)) {
            for (var file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                all.add(ClassFile.of().parse(file));
            }
        }
        assertThat(all).hasSizeGreaterThan(50);
        return all;
    }

    private static TreeSet<String> uses(ClassModel type) {
        var uses = new TreeSet<String>();
        for (var entry : type.constantPool()) {
            switch (entry) {
                case ClassEntry used -> uses.add(used.asInternalName());
                case java.lang.classfile.constantpool.Utf8Entry text -> DESCRIBED.matcher(text.stringValue()).results()
                        .forEach(found -> uses.add(found.group(1)));
                default -> {}
            }
        }
        return uses;
    }

    private static final Pattern DESCRIBED = Pattern.compile("L(" + ROOT + "[\\w/$]+);");

    private static TreeSet<String> calls(ClassModel type) {
        var calls = new TreeSet<String>();
        for (var entry : type.constantPool()) {
            if (entry instanceof MemberRefEntry member) {
                calls.add(member.owner().asInternalName() + "." + member.name().stringValue());
            }
        }
        return calls;
    }
}
