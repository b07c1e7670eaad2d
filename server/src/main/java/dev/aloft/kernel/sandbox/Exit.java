package dev.aloft.kernel.sandbox;

/** How a process ended. */
public sealed interface Exit {

    /** It ended by itself. */
    record Status(int status) implements Exit {}

    /** A signal ended it; {@code name} as in strsignal(3): "killed", "segmentation fault". */
    record Signal(String name) implements Exit {}

    /** Reads a shell's $?: 128 + n for signal n, where n is one that ends processes by accident or force. */
    static Exit of(int code) {
        return switch (code) {
            case 128 + 4 -> new Signal("illegal instruction");
            case 128 + 5 -> new Signal("trace/breakpoint trap");
            case 128 + 6 -> new Signal("aborted");
            case 128 + 7 -> new Signal("bus error");
            case 128 + 8 -> new Signal("floating point exception");
            case 128 + 9 -> new Signal("killed");
            case 128 + 11 -> new Signal("segmentation fault");
            case 128 + 13 -> new Signal("broken pipe");
            case 128 + 15 -> new Signal("terminated");
            default -> new Status(code);
        };
    }
}
