package dev.aloft.service.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The policies that a role or a user has.
 *
 * @param inline   documents by name
 * @param attached ARNs of managed policies
 * @param boundary ARN of the managed policy that is its permissions boundary, or null
 */
record Grants(Map<String, String> inline, List<String> attached, String boundary) {
    static Grants none(String boundary) {
        return new Grants(Map.of(), List.of(), boundary);
    }

    Grants withInline(String name, String document) {
        var all = new TreeMap<>(inline);
        all.put(name, document);
        return new Grants(all, attached, boundary);
    }

    Grants withoutInline(String name) {
        var all = new TreeMap<>(inline);
        all.remove(name);
        return new Grants(all, attached, boundary);
    }

    Grants withAttached(String arn) {
        if (attached.contains(arn)) {
            return this;
        }
        var all = new ArrayList<>(attached);
        all.add(arn);
        return new Grants(inline, all, boundary);
    }

    Grants withoutAttached(String arn) {
        return new Grants(inline, attached.stream().filter(it -> !it.equals(arn)).toList(), boundary);
    }

    Grants withBoundary(String arn) {
        return new Grants(inline, attached, arn);
    }
}
