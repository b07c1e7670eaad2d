package dev.aloft.service.cloudformation.template;

/** What is wrong with a template or its parameters, in AWS's words; the service answers it as a ValidationError. */
public final class TemplateError extends RuntimeException {
    public TemplateError(String message) {
        super(message);
    }

    /** "Template format error: …", the prefix of everything that is wrong with the template's form. */
    static TemplateError format(String message) {
        return new TemplateError("Template format error: " + message);
    }

    /** "Template error: …", the prefix of everything that is wrong with a function in it. */
    static TemplateError function(String message) {
        return new TemplateError("Template error: " + message);
    }
}
