package io.adit.core.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Documents a configuration key or section, and gives a key its default. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Doc {
    /** What the key means, in sentences for an operator. */
    String value();

    /** The default, written as in the file without quotes; lists are separated by commas. Unused for sections. */
    String fallback() default "";

    /** Whether the key can also be changed while the node runs; see {@link LiveSettings}. */
    boolean live() default false;
}
