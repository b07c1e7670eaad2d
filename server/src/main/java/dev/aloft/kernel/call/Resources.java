package dev.aloft.kernel.call;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The resource types of all services, by name. */
public final class Resources {
    private final Map<String, ResourceType> types = new HashMap<>();

    public void add(Collection<ResourceType> all) {
        all.forEach(type -> types.put(type.type(), type));
    }

    public Optional<ResourceType> find(String type) {
        return Optional.ofNullable(types.get(type));
    }

    public Set<String> names() {
        return types.keySet();
    }
}
