package dev.aloft.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of a run, printed as they come and kept for the file. */
final class Figures {
    private final List<Map<String, Object>> all = new ArrayList<>();

    void chapter(String title) {
        System.out.printf("%n%s%n", title);
    }

    /** One figure; goal and remark may be empty. */
    void add(String name, double value, String unit, String remark) {
        var figure = new LinkedHashMap<String, Object>();
        figure.put("name", name);
        figure.put("value", value);
        figure.put("unit", unit);
        figure.put("remark", remark);
        all.add(figure);
        System.out.printf("  %-52s %12s %-6s %s%n", name, shown(value), unit, remark);
    }

    private static String shown(double value) {
        return value >= 1000 ? "%,.0f".formatted(value) : value >= 10 ? "%.1f".formatted(value)
                : "%.3f".formatted(value);
    }

    Map<String, Object> tree(String machine, String loadAtEnd) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("machine", machine);
        tree.put("loadAtEnd", loadAtEnd);
        tree.put("figures", all);
        return tree;
    }
}
