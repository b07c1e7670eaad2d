package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sandboxes with a network each. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkTest {
    private static final int PLATFORM = 4566;

    @TempDir
    Path folder;

    private final List<Sandbox> booted = new ArrayList<>();
    private Sandboxes sandboxes;

    /** A platform that greets whoever comes. */
    private record Greeting() implements Door {
        @Override
        public int port() {
            return PLATFORM;
        }

        @Override
        public void enter(SocketChannel connection) {
            try (connection) {
                connection.write(ByteBuffer.wrap("welcome\n".getBytes()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void asRoot() {
        assumeTrue(SandboxTest.isolations().contains(Isolation.ROOT));
        sandboxes = sandboxes(Isolation.ROOT, false);
    }

    @AfterEach
    void close() {
        if (sandboxes != null) {
            booted.forEach(Sandbox::release);
            sandboxes.close();
        }
    }

    private Sandboxes sandboxes(Isolation isolation, boolean outside) {
        return new Sandboxes(folder.resolve("sandboxes"), folder.resolve("library"), Optional.of(isolation), false,
                Optional.of(new OwnNetworks(new Greeting(), outside)));
    }

    private Sandbox run(String script) throws IOException {
        Path home = Files.createDirectories(folder.resolve("library/mine" + booted.size()));
        Files.createDirectories(folder.resolve("runtime"));
        Path bootstrap = Files.writeString(home.resolve("bootstrap"), "#!/bin/bash\n" + script);
        Files.setPosixFilePermissions(bootstrap, PosixFilePermissions.fromString("rwxr-xr-x"));
        Sandbox sandbox = sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.ASSIGNED, List.of("/var/task/bootstrap"),
                Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"), List.of(), folder.resolve("runtime")));
        sandbox.assign(mine(booted.size()));
        booted.add(sandbox);
        return sandbox;
    }

    private static Assignment mine(int number) {
        return new Assignment(Path.of("mine" + number), Optional.empty(), 128, 16,
                Map.of("LAMBDA_TASK_ROOT", "/var/task"));
    }

    private static BufferedReader lines(Sandbox sandbox) {
        return new BufferedReader(new InputStreamReader(sandbox.log()));
    }

    /** Says what listens on a port, or that nobody does. */
    private static String ask(int port) {
        return "(exec 3<>/dev/tcp/127.0.0.1/" + port + " && head -n1 <&3) 2>/dev/null || echo nobody\n";
    }

    @Test
    void thePlatformIsReachedAtItsPortAndTheMachineIsNot() throws IOException {
        try (var machine = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BufferedReader said = lines(run(ask(PLATFORM) + ask(machine.getLocalPort()) + "grep -c : /proc/net/dev"));
            assertThat(said.readLine()).isEqualTo("welcome");
            assertThat(said.readLine()).isEqualTo("nobody");
            assertThat(said.readLine()).as("networks, the loopback").isEqualTo("1");
        }
    }

    @Test
    void thePlatformIsReachedAtLocalhostAlsoByWhoTakesThatForIpv6() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")));
        BufferedReader said = lines(run("exec 3<>/dev/tcp/::1/" + PLATFORM + " && head -n1 <&3"));
        assertThat(said.readLine()).isEqualTo("welcome");
    }

    @Test
    void theRuntimeApiIsWhereAwsHasItInEachSandbox() throws IOException {
        for (int each = 0; each < 2; each++) {
            Sandbox sandbox = run("exec 3<>/dev/tcp/127.0.0.1/9001; echo sandbox" + each
                    + " >&3; read -r answer <&3; echo $answer");
            ServerSocket listener = sandbox.listener();
            assertThat(listener.getLocalPort()).isEqualTo(9001);
            try (Socket came = listener.accept()) {
                assertThat(new BufferedReader(new InputStreamReader(came.getInputStream())).readLine())
                        .isEqualTo("sandbox" + each);
                came.getOutputStream().write("fine\n".getBytes());
                assertThat(lines(sandbox).readLine()).isEqualTo("fine");
            }
        }
    }

    /** As extensions do that get telemetry on a port of their choice. */
    @Test
    void twoSandboxesListenOnTheSamePortAndEachIsReached() throws IOException {
        String listen =
                "exec python3 -c \"import socket; s=socket.create_server(('127.0.0.1',4243)); print('up',flush=True);"
                + " c=s.accept()[0]; print(c.recv(9).decode(),flush=True)\"";
        for (Sandbox sandbox : List.of(run(listen), run(listen))) {
            BufferedReader said = lines(sandbox);
            assertThat(said.readLine()).isEqualTo("up");
            try (Socket socket = sandbox.connect(4243, 1_000)) {
                socket.getOutputStream().write(("for " + booted.indexOf(sandbox)).getBytes());
            }
            assertThat(said.readLine()).isEqualTo("for " + booted.indexOf(sandbox));
        }
    }

    @Test
    void theNetworkIsThereAgainAndForProcessesBeside() throws IOException {
        Sandbox sandbox = run(ask(PLATFORM) + "exec sleep 300");
        assertThat(lines(sandbox).readLine()).isEqualTo("welcome");
        var beside = sandbox.beside(List.of("bash", "-c", ask(PLATFORM)), Map.of("PATH", "/usr/bin:/bin"));
        assertThat(new BufferedReader(new InputStreamReader(beside.log())).readLine()).isEqualTo("welcome");
        ServerSocket listener = sandbox.listener();
        sandbox.kill();
        sandbox.awaitExit();
        Sandbox next = sandbox.again();
        booted.add(next);
        next.assign(mine(0));
        assertThat(lines(next).readLine()).isEqualTo("welcome");
        assertThat(next.listener()).isSameAs(listener);
        assertThat(listener.isClosed()).isFalse();
        next.kill();
        next.awaitExit();
        next.release();
        assertThat(listener.isClosed()).isTrue();
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Listens on a port for one who says who it is. */
    private static String greet(int port) {
        return "exec python3 -c \"import socket; s=socket.create_server(('127.0.0.1'," + port
                + ")); print('up',flush=True); c=s.accept()[0]; c.sendall(b'hello '+c.recv(9))\"";
    }

    @Test
    void aDebuggerReachesAPortThatIsPublished() throws IOException {
        int port = freePort();
        Sandbox sandbox = run(greet(port));
        sandbox.publish(port);
        assertIsGreeted(sandbox, port);
    }

    @Test
    void aDebuggerReachesThePortToTheEndOfTheNetwork() throws IOException {
        int port = freePort();
        Sandbox sandbox = run(greet(port));
        sandbox.publish(port);
        assertThat(lines(sandbox).readLine()).isEqualTo("up");
        sandbox.keep();
        sandbox.kill();
        sandbox.awaitExit();
        Sandbox next = sandbox.again();
        booted.add(next);
        next.assign(mine(0));
        assertIsGreeted(next, port);
        next.awaitExit();
        next.release();
        awaitRefusal(port);
        assertThatThrownBy(() -> next.connect(port, 1_000)).hasMessage("the network is gone");
    }

    /** Whoever waits for connections lets the port go in its own time. */
    private static void awaitRefusal(int port) throws IOException {
        while (true) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(socket.isConnected()).isTrue();
            } catch (ConnectException refused) {
                return;
            }
        }
    }

    private static void assertIsGreeted(Sandbox sandbox, int port) throws IOException {
        assertThat(lines(sandbox).readLine()).isEqualTo("up");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("you".getBytes());
            assertThat(new String(socket.getInputStream().readAllBytes())).isEqualTo("hello you");
        }
    }

    /** Where that is installed: what is beyond this machine is another address of this machine here. */
    @Test
    void theOutsideIsReachedAndTheLoopbackOfTheMachineIsNot() throws IOException {
        assumeTrue(Outside.isInstalled());
        Optional<InetAddress> address = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(each -> each instanceof Inet4Address && !each.isLoopbackAddress()).findFirst();
        assumeTrue(address.isPresent());
        sandboxes.close();
        sandboxes = sandboxes(Isolation.ROOT, true);
        try (var outside = new ServerSocket(0, 1, address.get())) {
            BufferedReader said =
                    lines(run("exec 3<>/dev/tcp/" + address.get().getHostAddress() + "/" + outside.getLocalPort()
                    + "; head -n1 <&3; cat /etc/resolv.conf; exec 4<>/dev/tcp/10.0.2.2/" + outside.getLocalPort()
                    + " || echo closed"));
            try (Socket came = outside.accept()) {
                came.getOutputStream().write("hello\n".getBytes());
            }
            assertThat(said.readLine()).isEqualTo("hello");
            assertThat(said.readLine()).isEqualTo("nameserver 10.0.2.3");
            assertThat(said.lines()).contains("closed");
        }
    }

    @Test
    void onlyRootCanHaveThem() {
        var refused = sandboxes(Isolation.NONE, false);
        assertThatThrownBy(refused::isolation).isInstanceOf(SandboxException.class)
                .hasMessageContaining("--network shared");
    }
}
