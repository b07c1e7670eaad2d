package dev.aloft.bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An HTTP answer, taken as its bytes come. */
final class Answer {
    private enum Part { HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, LAST }

    private final StringBuilder line = new StringBuilder();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final boolean keepsContent;
    private Part part = Part.HEAD;
    private int status;
    private long left;
    private boolean chunked;

    Answer(boolean keepsContent) {
        this.keepsContent = keepsContent;
    }

    int status() {
        return status;
    }

    String content() {
        return content.toString(StandardCharsets.UTF_8);
    }

    /** Says whether the answer is whole. */
    boolean take(ByteBuffer in) {
        while (in.hasRemaining()) {
            switch (part) {
                case BODY, CHUNK -> takeContent(in);
                case HEAD, CHUNK_SIZE, CHUNK_END, LAST -> takeLine(in);
            }
            if (part == Part.BODY && left == 0) {
                part = Part.HEAD;
                return true;
            }
        }
        return false;
    }

    private void takeContent(ByteBuffer in) {
        int count = (int) Math.min(left, in.remaining());
        if (keepsContent) {
            for (int i = 0; i < count; i++) {
                content.write(in.get());
            }
        } else {
            in.position(in.position() + count);
        }
        left -= count;
        if (left == 0 && part == Part.CHUNK) {
            part = Part.CHUNK_END;
        }
    }

    private void takeLine(ByteBuffer in) {
        while (in.hasRemaining()) {
            char next = (char) (in.get() & 0xff);
            if (next == '\n') {
                endLine();
                line.setLength(0);
                return;
            }
            if (next != '\r') {
                line.append(next);
            }
        }
    }

    private void endLine() {
        switch (part) {
            case HEAD -> endHeadLine();
            case CHUNK_SIZE -> {
                left = Long.parseLong(line, 0, line.length(), 16);
                part = left == 0 ? Part.LAST : Part.CHUNK;
            }
            case CHUNK_END -> part = Part.CHUNK_SIZE;
            case LAST -> part = Part.BODY;
            case BODY, CHUNK -> throw new AssertionError("These have no lines");
        }
    }

    private void endHeadLine() {
        if (line.length() == 0) {
            part = chunked ? Part.CHUNK_SIZE : Part.BODY;
        } else if (starts("HTTP/1.1 ")) {
            status = Integer.parseInt(line, 9, 12, 10);
            left = 0;
            chunked = false;
            content.reset();
        } else if (starts("content-length:")) {
            left = Long.parseLong(line.substring(15).strip());
        } else if (starts("transfer-encoding:")) {
            chunked = true;
        }
    }

    private boolean starts(String name) {
        if (line.length() < name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (Character.toLowerCase(line.charAt(i)) != Character.toLowerCase(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
