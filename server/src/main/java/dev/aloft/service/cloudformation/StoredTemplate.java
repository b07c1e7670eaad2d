package dev.aloft.service.cloudformation;

import java.util.Map;

/** A template as it was given, and its tree after the transforms. */
public record StoredTemplate(String text, Map<String, Object> tree, boolean isTransformed) {
}
