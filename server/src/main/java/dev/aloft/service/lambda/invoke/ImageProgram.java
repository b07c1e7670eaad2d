package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.image.RootFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What runs in a container image: its own entry point, command and working directory, or those that the function has in
 * their place.
 *
 * @param environment the image's variables
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#images-parms">Container image
 *     settings</a>
 */
public record ImageProgram(
        List<String> entryPoint, List<String> command, String workingDirectory, Map<String, String> environment) {
    /** Where programs are looked for in an image that does not say. */
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int ELF_HEADER = 20;
    private static final int X86_64 = 62;
    private static final int ARM_64 = 183;

    List<String> arguments() {
        return Stream.concat(entryPoint.stream(), command.stream()).toList();
    }

    /** Where it begins; an image that says nothing begins at its root. */
    String directory() {
        return workingDirectory.isEmpty() ? "/" : workingDirectory;
    }

    /** Why it cannot be started, if that can be seen from its files. */
    Optional<Failure> problem(Path root) {
        if (arguments().isEmpty()) {
            return Optional.of(Failure.entryPoint("entrypoint and cmd are empty"));
        }
        if (RootFolder.find(root, directory()).filter(Files::isDirectory).isEmpty()) {
            return Optional.of(Failure.workingDirectory("chdir " + directory() + ": no such file or directory"));
        }
        String name = arguments().getFirst();
        return words(root, name).map(words -> Failure.entryPoint("fork/exec " + name + ": " + words));
    }

    private Optional<String> words(Path root, String name) {
        String path = environment.getOrDefault("PATH", PATH);
        Stream<String> places = name.startsWith("/") ? Stream.of(name)
                : name.contains("/") ? Stream.of(directory() + "/" + name)
                : Stream.of(path.split(":")).map(folder -> folder + "/" + name);
        List<Path> found = places.flatMap(place -> RootFolder.find(root, place).stream()).toList();
        if (found.isEmpty()) {
            return Optional.of("no such file or directory");
        }
        Optional<Path> program = found.stream().filter(ImageProgram::isProgram).findFirst();
        return program.isEmpty() ? Optional.of("permission denied")
                : isOfThisMachine(program.get()) ? Optional.empty() : Optional.of("exec format error");
    }

    /** The platform may be root, who may run what the function's user may not. */
    private static boolean isProgram(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_EXECUTE);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOfThisMachine(Path program) {
        try (InputStream in = Files.newInputStream(program)) {
            byte[] head = in.readNBytes(ELF_HEADER);
            if (head.length == ELF_HEADER && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F') {
                int machine = head[18] & 0xff | (head[19] & 0xff) << 8;
                return machine == (System.getProperty("os.arch").equals("aarch64") ? ARM_64 : X86_64);
            }
            return head.length > 1 && head[0] == '#' && head[1] == '!';
        } catch (IOException e) {
            return true;
        }
    }

    /** What the log says where it cannot be started. */
    String launchError(Failure failure) {
        return "IMAGE\tLaunch error: " + failure.message() + "\tEntry Point: " + list(entryPoint) + "\tCmd: "
                + list(command)
                + "\tWorkingDir: [" + directory() + "]";
    }

    private static String list(List<String> words) {
        return "[" + String.join(",", words) + "]";
    }
}
