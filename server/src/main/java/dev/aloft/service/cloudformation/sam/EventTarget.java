package dev.aloft.service.cloudformation.sam;

import java.util.Map;

/**
 * What an event source calls: a function or its alias.
 *
 * @param name   how permissions and mappings name it
 * @param passed the attributes that its event resources get as well
 */
record EventTarget(String id, Map<String, Object> name, Map<String, Object> arn, Map<String, Object> passed) {
}
