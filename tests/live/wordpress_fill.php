<?php
// Installs the blog and puts the thread into it: wordpress_fill.php SITE THREAD. Prints the article's number.
$_SERVER['HTTP_HOST'] = '127.0.0.1';
define('WP_INSTALLING', true);
[, $site, $file] = $argv;
require $site . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
// Nobody is told by mail.
function_exists('wp_mail') || exit('no mail to switch off');
add_filter('pre_wp_mail', '__return_true');
wp_install('The village', 'admin', 'admin@village.example', true, '', 'not a secret');
update_option('permalink_structure', '/%postname%/');
update_option('thread_comments', 1);
update_option('thread_comments_depth', 5);
update_option('page_comments', 0);
update_option('timezone_string', 'Atlantic/Faroe');
$thread = json_decode(file_get_contents($file), true);
$numbers = [];
$article = 0;
foreach ($thread['posts'] as $post) {
    $at = gmdate('Y-m-d H:i:s', strtotime($post['written_at']));
    if ($post['key'] === $thread['opening']) {
        $author = wp_insert_user(['user_login' => 'maren', 'user_pass' => 'not a secret', 'role' => 'author',
                                  'display_name' => $post['author']]);
        $article = wp_insert_post(wp_slash([
            'post_title' => $thread['title'], 'post_content' => $post['html'], 'post_status' => 'publish',
            'post_name' => 'ferry', 'post_author' => $author, 'post_date_gmt' => $at,
            'post_date' => get_date_from_gmt($at), 'comment_status' => 'open']));
        continue;
    }
    $numbers[$post['key']] = wp_insert_comment(wp_slash([
        'comment_post_ID' => $article, 'comment_author' => $post['author'],
        'comment_author_email' => $post['key'] . '@village.example', 'comment_content' => $post['html'],
        'comment_parent' => $numbers[$post['parent']] ?? 0, 'comment_approved' => 1,
        'comment_date_gmt' => $at, 'comment_date' => get_date_from_gmt($at)]));
}
echo $article;
