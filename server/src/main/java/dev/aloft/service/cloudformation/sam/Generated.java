package dev.aloft.service.cloudformation.sam;

import java.util.LinkedHashMap;
import java.util.Map;

/** A plain resource in the making. */
final class Generated {
    final String type;
    final Map<String, Object> properties = new LinkedHashMap<>();
    final Map<String, Object> attributes;
    String id;
    Object dependsOn;

    Generated(String id, String type, Map<String, Object> attributes) {
        this.id = id;
        this.type = type;
        this.attributes = new LinkedHashMap<>(attributes);
    }

    /** Sets a property, unless there is no value for it. */
    Generated with(String property, Object value) {
        if (value != null) {
            properties.put(property, value);
        }
        return this;
    }

    Map<String, Object> ref() {
        return Functions.ref(id);
    }

    Map<String, Object> arn() {
        return Functions.getAtt(id, "Arn");
    }

    Map<String, Object> tree() {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("Type", type);
        if (Functions.given(dependsOn)) {
            tree.put("DependsOn", dependsOn);
        }
        tree.putAll(attributes);
        tree.put("Properties", properties);
        return tree;
    }
}
