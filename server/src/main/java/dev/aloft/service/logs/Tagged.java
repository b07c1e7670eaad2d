package dev.aloft.service.logs;

import java.util.Map;

/** What is kept of something that has tags and is found by account, region and name. */
interface Tagged<T> {
    Map<String, String> tags();

    T withTags(Map<String, String> changed);
}
