package dev.aloft.codegen;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the part of EDN that published models use, as maps, lists, strings and numbers; keywords become strings. */
final class Edn {
    private final String text;
    private int at;

    private Edn(String text) {
        this.text = text;
    }

    static Object read(String text) {
        return new Edn(text).value();
    }

    private Object value() {
        char c = next();
        return switch (c) {
            case '{' -> map();
            case '[' -> list(']');
            case '(' -> list(')');
            case '"' -> string();
            case '#' -> {
                at++;
                yield list('}');
            }
            default -> atom();
        };
    }

    private Map<String, Object> map() {
        at++;
        var map = new LinkedHashMap<String, Object>();
        while (next() != '}') {
            var key = value().toString();
            map.put(key, value());
        }
        at++;
        return map;
    }

    private List<Object> list(char close) {
        at++;
        var list = new ArrayList<>();
        while (next() != close) {
            list.add(value());
        }
        at++;
        return list;
    }

    private String string() {
        var out = new StringBuilder();
        for (at++; text.charAt(at) != '"'; at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                c = text.charAt(++at);
                switch (c) {
                    case 'n' -> out.append('\n');
                    case 't' -> out.append('\t');
                    case 'r' -> out.append('\r');
                    case 'b' -> out.append('\b');
                    case 'f' -> out.append('\f');
                    case 'u' -> {
                        out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                        at += 4;
                    }
                    default -> out.append(c);
                }
            } else {
                out.append(c);
            }
        }
        at++;
        return out.toString();
    }

    private Object atom() {
        int start = at;
        while (at < text.length() && " \t\r\n,{}[]()\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        var word = text.substring(start, at);
        if (word.startsWith(":")) {
            return word.substring(1);
        }
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "nil" -> null;
            default -> number(word);
        };
    }

    private static Object number(String word) {
        var plain = word.endsWith("N") || word.endsWith("M") ? word.substring(0, word.length() - 1) : word;
        return plain.matches("-?\\d{1,18}") ? (Object) Long.parseLong(plain) : (Object) Double.parseDouble(plain);
    }

    private char next() {
        while (" \t\r\n,".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return text.charAt(at);
    }
}
